import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { PROJECT_ROOT } from './project-root';

/** Imported before everything else: what is loaded after this starts from compiled code, which halves a later start. */
enableCompileCache(join(PROJECT_ROOT, 'node_modules', '.cache', 'mercato'));
