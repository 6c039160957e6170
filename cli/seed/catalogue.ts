import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { plainText, type ProductDraft } from '../../subgraphs/product/catalog-import';
import { readProducts } from '../import';
import { PROJECT_ROOT } from '../project-root';

/** A product of our own catalogue, from which the seed makes many. */
export interface Archetype extends ProductDraft {
  readonly head: NonNullable<ProductDraft['head']>;
  /** The description without its tags. */
  readonly text: string;
}

/** Where our own catalogue lies, in the same format that `mercato import` reads. */
export const CATALOGUE_FOLDER = join(PROJECT_ROOT, 'cli', 'seed', 'catalogue');

/** Reads our own catalogue. @throws Error naming the line when it breaks a rule of the import */
export async function readCatalogue(): Promise<Archetype[]> {
  const archetypes: Archetype[] = [];
  for (const name of readdirSync(CATALOGUE_FOLDER)
    .filter((each) => each.endsWith('.csv'))
    .toSorted()) {
    const onReject = ({ line, reason }: { line: number; reason: string }): never => {
      throw new Error(`${name}, line ${line}: ${reason}`);
    };
    for await (const { draft } of readProducts({ path: join(CATALOGUE_FOLDER, name), onReject, onBytes: () => undefined })) {
      if (draft.head) archetypes.push({ ...draft, head: draft.head, text: plainText(draft.head.html) });
    }
  }
  return archetypes;
}
