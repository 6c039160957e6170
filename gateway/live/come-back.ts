/** Clients of a gateway that stops come back over so long a time, longer the more they are. */
const COME_BACK_MS = 200;
const COME_BACK_MS_EACH = 1;

/** When one of so many clients shall come back, by chance, so that not all come at once. */
export function comeBackAfterMs(clients: number): number {
  return Math.round(COME_BACK_MS + Math.random() * (COME_BACK_MS + clients * COME_BACK_MS_EACH));
}
