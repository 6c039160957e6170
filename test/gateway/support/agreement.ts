import { parse } from 'graphql';
import { Edge } from '../../prove/differential/edge';
import { composed } from '../../prove/differential/supergraph';
import { World } from '../../prove/differential/world';

const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@external", "@requires", "@provides", "@override", "@inaccessible", "@interfaceObject", "@context", "@fromContext"])\n';
const CALM = { nulls: 0, errors: 0, illegalNulls: 0 };

export interface AgreementOptions {
  /** How many of the queries the gateway refuses to plan. */
  readonly refused?: number;
  readonly moods?: typeof CALM;
  readonly isOverHttp?: boolean;
  /** Of the data. */
  readonly seed?: number;
}

/** Expects queries over made-up subgraphs to be answered as one graphql-js schema over the same data answers them. */
export class Agreement {
  private readonly edge = new Edge();

  async expect(
    subgraphs: Readonly<Record<string, string>>,
    queries: readonly string[],
    { refused = 0, moods = CALM, seed = 7, isOverHttp = false }: AgreementOptions = {},
  ): Promise<void> {
    const sources = Object.entries(subgraphs).map(([name, sdl]) => ({ name, sdl: LINK + sdl }));
    const supergraphSdl = composed(sources);
    if (supergraphSdl === null) throw new Error('the subgraphs do not compose');
    const world = await World.start(this.edge, sources, supergraphSdl, { seed, moods, isOverHttp });
    try {
      for (const query of queries) {
        const sent = { document: parse(query), variables: {} };
        expect(world.isValid(sent)).toBe(true);
        expect(await world.differenceOf(sent)).toBeNull();
      }
      expect(world.refused).toBe(refused);
    } finally {
      await world.stop();
    }
  }

  stop(): Promise<void> {
    return this.edge.stop();
  }
}
