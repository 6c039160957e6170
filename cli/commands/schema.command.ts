import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { readCommitted, SCHEMA_FOLDER } from '../compose/supergraph';
import { complain, say } from '../print';
import { changesSinceCommit } from '../schema/changes';

/** `mercato schema [--check]` */
export function schemaCommand(): Command {
  return new Command('schema')
    .description('write schema/*.graphql from the code, and say what the public API breaks since the last commit')
    .option('--check', 'write nothing; exit with 1 when a file is out of date', false)
    .action(async ({ check }: { check: boolean }) => {
      const { makeSchemaFiles } = require('../schema/schema-files') as typeof import('../schema/schema-files');
      const files = await makeSchemaFiles();
      const outdated: string[] = [];
      for (const [name, text] of files) {
        if ((await readCommitted(name)) === text) continue;
        outdated.push(`schema/${name}`);
        if (!check) await writeFile(join(SCHEMA_FOLDER, name), text);
      }
      await reportChanges(files.get('api.graphql') ?? '');
      if (outdated.length === 0) return say('schema/ is up to date');
      if (!check) return say(`written: ${outdated.join(', ')}`);
      complain(`out of date: ${outdated.join(', ')}; run npm run schema and commit what it writes`);
      process.exitCode = 1;
    });
}

async function reportChanges(apiSdl: string): Promise<void> {
  const changes = await changesSinceCommit(apiSdl);
  for (const message of changes?.breaking ?? []) say(`  breaking since the last commit: ${message}`);
  for (const message of changes?.dangerous ?? []) say(`  dangerous since the last commit: ${message}`);
}
