import { z } from 'zod';
import type { KeySource } from '../../gateway';

const TIMEOUT_MS = 3_000;
const keySet = z.looseObject({ keys: z.array(z.looseObject({ kty: z.string() })).min(1) });

/** The keys of access tokens that the user subgraph publishes at an address. */
export function keysOver(url: URL): { readonly read: KeySource; readonly readOnce: () => Promise<void> } {
  let wereRead = false;
  const read: KeySource = async () => {
    const answer = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    // Judged here: an error page taken for keys would make every token look forged.
    if (!answer.ok) throw new Error(`the keys of access tokens cannot be read: status ${answer.status}`);
    const keys = keySet.parse(await answer.json());
    wereRead = true;
    return keys;
  };
  return {
    read,
    readOnce: async () => {
      if (!wereRead) await read();
    },
  };
}
