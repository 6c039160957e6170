import { composeServices } from '@apollo/composition';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';

/** A subgraph with one stream of prices, equal for everybody, which can be resumed. */
export const PRICES_SDL = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@composeDirective"])
  @link(url: "https://mercato.example/cache/v1.0", import: ["@cacheControl"]) @composeDirective(name: "@cacheControl")
  @link(url: "https://mercato.example/live/v1.0", import: ["@resumable"]) @composeDirective(name: "@resumable")
  directive @cacheControl(maxAge: Int, scope: String) on FIELD_DEFINITION | OBJECT | INTERFACE | UNION
  directive @resumable on FIELD_DEFINITION
  type Query { ok: Boolean }
  type Subscription { priceChanged(product: ID!, after: String, snapshot: Boolean = false): PriceChange! @resumable @cacheControl(scope: "PUBLIC") }
  type PriceChange { position: String! product: ID! amount: String! sentAtMs: Float! }`;

export const WATCH = 'subscription Watch($product: ID!) { priceChanged(product: $product) { position product amount sentAtMs } }';

export function pricesSupergraph(url: string): string {
  const { supergraphSdl, errors } = composeServices([{ name: 'prices', typeDefs: parse(PRICES_SDL), url }]);
  if (!supergraphSdl) throw new Error(errors?.map(String).join('\n'));
  return supergraphSdl;
}

export interface PriceChange {
  readonly position: string;
  readonly product: string;
  readonly amount: string;
  readonly sentAtMs: number;
}

/** @param subscribe the source of `priceChanged` */
export function pricesSchema(subscribe: (root: unknown, args: { product: string }) => AsyncIterable<unknown>) {
  return buildSubgraphSchema([
    { typeDefs: parse(PRICES_SDL), resolvers: { Subscription: { priceChanged: { subscribe } } } as never },
  ]);
}

/** Milliseconds that processes of one machine agree on. */
export function nowMs(): number {
  return performance.timeOrigin + performance.now();
}
