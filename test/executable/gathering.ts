// Keeps what is written to it.
import { Writable } from "node:stream";

export class Gathering extends Writable {
  text = "";

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString("utf8");
    done();
  }
}
