import { readSettings } from '../../platform/config';
import { openResources } from '../compose/resources';
import { createSubgraphs } from '../compose/subgraphs';
import { composeSupergraph, generated, sdlFile } from '../compose/supergraph';

/** What `schema/` holds by file name, made from the code as it is. Opens no database. */
export async function makeSchemaFiles(): Promise<ReadonlyMap<string, string>> {
  const resources = await openResources({ ...readSettings({}), logLevel: 'silent' }, 'schema');
  try {
    const subgraphs = createSubgraphs(resources);
    const { supergraphSdl, apiSdl } = composeSupergraph(subgraphs);
    return new Map([
      ...subgraphs.map(({ name, sdl }): [string, string] => [`${name}.graphql`, sdlFile(sdl)]),
      ['supergraph.graphql', generated(supergraphSdl)],
      ['api.graphql', generated(apiSdl)],
    ]);
  } finally {
    await resources.lifecycle.stop();
  }
}
