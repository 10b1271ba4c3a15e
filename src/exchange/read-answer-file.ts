/** A file that a hook answers with: read whole, and anew for each answer. */

import { open, stat } from "node:fs/promises";

/** Rejects with the system's error, or one that says what is wrong with the file. */
export async function readAnswerFile(path: string, bytesMax: number): Promise<Buffer> {
  // Before it is opened: to open a pipe would wait for whoever writes to it.
  if (!(await stat(path)).isFile()) throw new Error(`${path} is no file`);
  const file = await open(path);
  try {
    const { size } = await file.stat();
    if (size > bytesMax) throw new Error(`${path} is larger than ${bytesMax} bytes`);
    const content = Buffer.alloc(size);
    let at = 0;
    while (at < size) {
      const { bytesRead } = await file.read(content, at, size - at, at);
      // It became shorter meanwhile.
      if (bytesRead === 0) break;
      at += bytesRead;
    }
    return content.subarray(0, at);
  } finally {
    await file.close();
  }
}
