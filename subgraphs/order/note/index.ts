export { OrderNote } from './note.entity';
export { NoteFieldsResolver, NoteResolver } from './note.resolver';
export { NoteService } from './note.service';
