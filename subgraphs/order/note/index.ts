export { OrderNote } from './note.entity';
export { createNoteLoaders } from './note.loader';
export { maySeeNote } from './note.policy';
export { NoteFieldsResolver, NoteResolver } from './note.resolver';
export { NoteService } from './note.service';
