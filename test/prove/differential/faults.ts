import { parse, visit } from 'graphql';
import type { SubgraphClient, SubgraphResponse } from '../../../platform/federation';

export interface Fault {
  readonly name: string;
  readonly plant: (client: SubgraphClient) => SubgraphClient;
}

type Json = Record<string, unknown>;

/** Faults as an executor may have them, planted where answers reach it: a proof that notices nothing of these shows nothing. */
export const FAULTS: readonly Fault[] = [
  {
    name: 'the last of several entities is not merged',
    plant: (client) =>
      changed(client, (data) => {
        const entities = data['_entities'];
        return Array.isArray(entities) && entities.length > 1 ? { ...data, _entities: [...entities.slice(0, -1), null] } : data;
      }),
  },
  {
    name: 'two entities change places',
    plant: (client) =>
      changed(client, (data) => {
        const entities = data['_entities'];
        if (!Array.isArray(entities) || entities.length < 2) return data;
        const [first, second, ...rest] = entities as unknown[];
        return { ...data, _entities: [second, first, ...rest] };
      }),
  },
  {
    name: 'errors are not told',
    plant: (client) => ({
      ...client,
      execute: async (request): Promise<SubgraphResponse> => {
        const { data } = await client.execute(request);
        return { data: data ?? null };
      },
    }),
  },
  {
    name: 'an alias is dropped',
    plant: (client) =>
      changed(client, (data, query) => {
        const [alias] = aliasesOf(query);
        return alias === undefined ? data : (without(data, alias) as Json);
      }),
  },
];

function changed(client: SubgraphClient, change: (data: Json, query: string) => Json): SubgraphClient {
  return {
    ...client,
    execute: async (request): Promise<SubgraphResponse> => {
      const response = await client.execute(request);
      return response.data ? { ...response, data: change(response.data, request.query) } : response;
    },
  };
}

function aliasesOf(query: string): string[] {
  const aliases: string[] = [];
  visit(parse(query), {
    Field: ({ alias }) => {
      if (alias) aliases.push(alias.value);
    },
  });
  return aliases;
}

function without(value: unknown, key: string): unknown {
  if (Array.isArray(value)) return value.map((item) => without(item, key));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) => (name === key ? [] : [[name, without(inner, key)]])),
  );
}
