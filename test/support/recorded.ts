/** A recorder, a proxy before it and a client of the proxy, for one test; nothing stays behind. */

import { startProxy, type Proxy, type ProxyOptions } from "./proxy.ts";
import { startRecorder, type RecordedRequest, type Recorder } from "./recorder.ts";
import { connectClient } from "./scripted-client.ts";
import { thenAlways } from "./within.ts";
import type { WireEnd } from "./wire-end.ts";

export interface RecordedOptions extends Omit<ProxyOptions, "config"> {
  /** By default everything goes to the recorder. */
  readonly config?: ((to: string) => unknown) | undefined;
  readonly answer?: (request: RecordedRequest, at: number) => string;
}

export interface Recorded {
  readonly recorder: Recorder;
  readonly proxy: Proxy;
  readonly client: WireEnd;
}

export async function recorded(
  options: RecordedOptions,
  act: (parties: Recorded) => Promise<void>,
): Promise<void> {
  const { config: configOf, answer, ...rest } = options;
  const recorder = await startRecorder(answer);
  const play = async (): Promise<void> => {
    const config = configOf?.(recorder.address) ?? { sites: { "*": recorder.address } };
    const proxy = await startProxy({ ...rest, config });
    const cleanUp = async (): Promise<void> => {
      await recorder.close();
      await proxy.close();
    };
    await thenAlways(async () => {
      const client = await connectClient(proxy.port);
      await thenAlways(
        () => act({ recorder, proxy, client }),
        async () => client.close(),
      );
    }, cleanUp);
  };
  await thenAlways(play, () => recorder.close());
}
