/** Reading a body of this size takes a noticeable part of a millisecond; one of 256 KB up to twenty. */
const LARGE_CHARACTERS = 16 * 1024;

let last: Promise<void> = Promise.resolve();

/** Large bodies are read one in a turn of the event loop, so that several at once do not keep it from everybody else. */
export function turnToRead(text: string): Promise<void> | null {
  if (text.length < LARGE_CHARACTERS) return null;
  last = last.then(() => new Promise((resolve) => setImmediate(resolve)));
  return last;
}
