import type { SubgraphContext } from '../../../platform/federation';
import { defineLoader } from '../../../platform/loaders';
import type { OrderNote } from './note.entity';
import type { NoteService } from './note.service';

/** The batches of notes. */
export function createNoteLoaders(notes: NoteService) {
  return {
    byKey: defineLoader<number, OrderNote | null, SubgraphContext>({ name: 'noteByKey', batch: (keys) => notes.byKeys(keys) }),
    ofOrder: defineLoader<number, OrderNote[], SubgraphContext>({ name: 'orderNotes', batch: (keys) => notes.notesOf(keys) }),
  };
}
