import { Field, ID, InterfaceType } from 'type-graphql';

/** The Relay `Node` interface; each subgraph lists its own implementations. */
@InterfaceType('Node', {
  description: 'Anything with an id of its own, which node(id:) finds again.',
  autoRegisterImplementations: false,
})
export abstract class Node {
  @Field(() => ID, { description: 'Opaque, unique in the whole graph, and never changing.' })
  id: unknown;
}
