import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SUBGRAPHS } from './graph';

/** The supergraph of the synthetic subgraphs that serve on a port, as a file in a folder of its own. */
export function syntheticSupergraph(port: number): { folder: string; file: string; origin: string; remove: () => Promise<void> } {
  const origin = `http://127.0.0.1:${port}`;
  const services = Object.entries(SUBGRAPHS).map(([name, sdl]) => ({ name, url: `${origin}/${name}`, typeDefs: parse(sdl) }));
  const { supergraphSdl, errors } = composeServices(services);
  if (!supergraphSdl) throw new Error(`the synthetic graph does not compose: ${errors?.map(String).join('\n')}`);
  const folder = mkdtempSync(join(tmpdir(), 'mercato-bench-gateway-'));
  const file = join(folder, 'supergraph.graphql');
  writeFileSync(file, supergraphSdl);
  return { folder, file, origin, remove: async () => rmSync(folder, { recursive: true, force: true }) };
}
