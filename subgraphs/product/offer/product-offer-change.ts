import { Field, ObjectType } from 'type-graphql';
import { LiveKind } from '../../../platform/feed';
import { Product } from '../catalog';

@ObjectType('ProductOfferChange', {
  description: 'How a product is offered: what it and its variants cost, and how many there are.',
  simpleResolvers: true,
})
export class ProductOfferChange {
  @Field(() => String, {
    description: 'Where it stands among all that happens in the catalogue; give the last one as after when you come back.',
  })
  position: string;

  @Field(() => LiveKind, { description: 'Whether something changed, or this only says how things stand.' })
  kind: LiveKind;

  @Field(() => Product, { description: 'The product as it is now; changes that come close together are told as one.' })
  product: Product;
}
