/** Answers what the other thread has asked, whatever becomes of it. */

import { sentError } from "../control/thread-messages.ts";
import type { Answer } from "./office-messages.ts";

export async function answer(
  say: (answer: Answer) => void,
  id: number,
  act: () => Promise<unknown>,
): Promise<void> {
  try {
    say({ type: "answered", id, answer: await act() });
  } catch (error) {
    say({ type: "refused", id, error: sentError(error) });
  }
}
