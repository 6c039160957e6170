import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { globalId, Node } from '../../../platform/federation';

/*
 * Entities that other subgraphs own: here they are an id and nothing more, and the gateway fetches the rest. The key is
 * deliberately resolvable, since the planner goes wrong where the first key is not (shared facts). Their owners describe
 * them; a second description would only compete.
 */

@Directive('@key(fields: "id")')
@ObjectType('User', { implements: Node })
export class User {
  @Field(() => ID, { description: 'Opaque, unique in the whole graph, and never changing.' })
  id: string;
}

@Directive('@key(fields: "id")')
@ObjectType('Product', { implements: Node })
export class Product {
  @Field(() => ID, { description: 'Opaque, unique in the whole graph, and never changing.' })
  id: string;
}

@Directive('@key(fields: "id")')
@ObjectType('ProductVariant', { implements: Node })
export class ProductVariant {
  @Field(() => ID, { description: 'Opaque, unique in the whole graph, and never changing.' })
  id: string;
}

@Directive('@key(fields: "id")')
@ObjectType('Category', { implements: Node })
export class Category {
  @Field(() => ID, { description: 'Opaque, unique in the whole graph, and never changing.' })
  id: string;
}

export function userOf(key: number): User {
  return Object.assign(new User(), { id: globalId('User', key) });
}

export function productOf(key: number): Product {
  return Object.assign(new Product(), { id: globalId('Product', key) });
}

export function variantOf(key: number): ProductVariant {
  return Object.assign(new ProductVariant(), { id: globalId('ProductVariant', key) });
}

export function categoryOf(key: number): Category {
  return Object.assign(new Category(), { id: globalId('Category', key) });
}
