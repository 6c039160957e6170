import { Field, ID, ObjectType } from 'type-graphql';
import { ProductEditError, VariantEditError, type ProductEditFailure, type VariantEditFailure } from './catalog.errors';
import { Product } from './product.type';
import { ProductVariant } from './variant.type';

@ObjectType({ description: 'What became of a change of a product.' })
export class ProductPayload {
  @Field(() => Product, { nullable: true, description: 'The product as it is now; null when nothing changed or it is gone.' })
  product: Product | null;

  @Field(() => [ProductEditError], { description: 'Why nothing changed; empty when it did.' })
  errors: ProductEditFailure[];
}

@ObjectType({ description: 'What became of a draft that was to be deleted.' })
export class DeleteProductPayload {
  @Field(() => ID, { nullable: true, description: 'The id that led to it; null when nothing changed.' })
  deletedProductId: string | null;

  @Field(() => [ProductEditError], { description: 'Why nothing changed; empty when it did.' })
  errors: ProductEditFailure[];
}

@ObjectType({ description: 'What became of a change of a variant.' })
export class VariantPayload {
  @Field(() => ProductVariant, {
    nullable: true,
    description: 'The variant as it is now; null when nothing changed or it is gone.',
  })
  variant: ProductVariant | null;

  @Field(() => Product, { nullable: true, description: 'Its product as it is now; null when nothing changed.' })
  product: Product | null;

  @Field(() => [VariantEditError], { description: 'Why nothing changed; empty when it did.' })
  errors: VariantEditFailure[];
}
