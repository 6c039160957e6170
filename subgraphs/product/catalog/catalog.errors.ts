import { createUnionType, Field, Int, ObjectType } from 'type-graphql';
import { UserError } from '../../../platform/federation';
import { IdempotencyKeyReused } from '../../../platform/idempotency';

@ObjectType('ProductNotFound', { implements: UserError, description: 'There is no such product.' })
export class ProductNotFound extends UserError {
  static make(): ProductNotFound {
    const message = 'There is no such product; read the list again';
    return Object.assign(new ProductNotFound(), { code: 'PRODUCT_NOT_FOUND', message, path: ['input', 'productId'] });
  }
}

@ObjectType('ProductVariantNotFound', { implements: UserError, description: 'There is no such variant.' })
export class ProductVariantNotFound extends UserError {
  static make(): ProductVariantNotFound {
    const message = 'There is no such variant; read the product again';
    return Object.assign(new ProductVariantNotFound(), {
      code: 'PRODUCT_VARIANT_NOT_FOUND',
      message,
      path: ['input', 'variantId'],
    });
  }
}

@ObjectType('ProductImageNotFound', { implements: UserError, description: 'There is no such picture.' })
export class ProductImageNotFound extends UserError {
  static make(): ProductImageNotFound {
    const message = 'There is no such picture; read the product again';
    return Object.assign(new ProductImageNotFound(), { code: 'PRODUCT_IMAGE_NOT_FOUND', message, path: ['input', 'imageId'] });
  }
}

/** `current` is added by a resolver, so that it is read after the refusal. */
@ObjectType('ProductVersionConflict', { implements: UserError, description: 'Somebody changed the product since you read it.' })
export class ProductVersionConflict extends UserError {
  readonly productKey: number;

  static make(productKey: number, version: number): ProductVersionConflict {
    const message = `The product changed; its version is now ${version}`;
    return Object.assign(new ProductVersionConflict(), {
      code: 'PRODUCT_VERSION_CONFLICT',
      message,
      path: ['input', 'expectedVersion'],
      productKey,
    });
  }
}

/** `current` is added by a resolver, so that it is read after the refusal. */
@ObjectType('ProductVariantVersionConflict', {
  implements: UserError,
  description: 'Somebody changed the variant since you read it.',
})
export class ProductVariantVersionConflict extends UserError {
  readonly variantKey: number;

  static make(variantKey: number, version: number): ProductVariantVersionConflict {
    const message = `The variant changed; its version is now ${version}`;
    const path = ['input', 'expectedVersion'];
    return Object.assign(new ProductVariantVersionConflict(), {
      code: 'PRODUCT_VARIANT_VERSION_CONFLICT',
      message,
      path,
      variantKey,
    });
  }
}

@ObjectType('ProductSlugTaken', { implements: UserError, description: 'Another product has this slug.' })
export class ProductSlugTaken extends UserError {
  @Field(() => String, { description: 'The slug that is taken.' })
  slug: string;

  static make(slug: string): ProductSlugTaken {
    const message = `Another product has the slug "${slug}"; choose another`;
    return Object.assign(new ProductSlugTaken(), { code: 'PRODUCT_SLUG_TAKEN', message, path: ['input', 'slug'], slug });
  }
}

@ObjectType('SkuTaken', { implements: UserError, description: 'Another variant has this SKU.' })
export class SkuTaken extends UserError {
  static make(): SkuTaken {
    return Object.assign(new SkuTaken(), {
      code: 'SKU_TAKEN',
      message: 'Another variant has this SKU; choose another',
      path: ['input', 'sku'],
    });
  }
}

@ObjectType('OptionsTaken', { implements: UserError, description: 'The product has a variant with the same choices.' })
export class OptionsTaken extends UserError {
  static make(): OptionsTaken {
    const message = 'The product has a variant with the same choices; change that one';
    return Object.assign(new OptionsTaken(), { code: 'OPTIONS_TAKEN', message, path: ['input', 'optionValues'] });
  }
}

@ObjectType('TooManyVariants', { implements: UserError, description: 'The product has as many variants as it may have.' })
export class TooManyVariants extends UserError {
  @Field(() => Int, { description: 'How many it may have.' })
  maximum: number;

  static make(maximum: number): TooManyVariants {
    const message = `A product may have ${maximum} variants; split it into several products`;
    return Object.assign(new TooManyVariants(), { code: 'TOO_MANY_VARIANTS', message, path: ['input', 'productId'], maximum });
  }
}

@ObjectType('LastVariant', { implements: UserError, description: 'A product keeps at least one variant.' })
export class LastVariant extends UserError {
  static make(): LastVariant {
    const message = 'A product keeps at least one variant; archive the product instead';
    return Object.assign(new LastVariant(), { code: 'LAST_VARIANT', message, path: ['input', 'variantId'] });
  }
}

@ObjectType('StockReserved', { implements: UserError, description: 'Buyers who are paying right now hold stock of it.' })
export class StockReserved extends UserError {
  @Field(() => Int, { description: 'How many are held.' })
  reserved: number;

  static make(reserved: number): StockReserved {
    const message = `${reserved} are held by buyers who are paying right now; try again in some minutes`;
    return Object.assign(new StockReserved(), { code: 'STOCK_RESERVED', message, path: ['input'], reserved });
  }
}

@ObjectType('ProductNotDeletable', {
  implements: UserError,
  description: 'Orders may show the product, so it can only be archived.',
})
export class ProductNotDeletable extends UserError {
  static make(): ProductNotDeletable {
    const message = 'Only a draft that was never in the shop can be deleted; archive the product instead';
    return Object.assign(new ProductNotDeletable(), { code: 'PRODUCT_NOT_DELETABLE', message, path: ['input', 'productId'] });
  }
}

@ObjectType('UnknownCategories', { implements: UserError, description: 'Some of the categories do not exist.' })
export class UnknownCategories extends UserError {
  static make(): UnknownCategories {
    const message = 'Some of the categories do not exist; read the tree again';
    return Object.assign(new UnknownCategories(), { code: 'UNKNOWN_CATEGORIES', message, path: ['input', 'categoryIds'] });
  }
}

export type ProductEditFailure =
  | ProductNotFound
  | ProductImageNotFound
  | ProductVersionConflict
  | ProductSlugTaken
  | SkuTaken
  | OptionsTaken
  | ProductNotDeletable
  | StockReserved
  | UnknownCategories
  | IdempotencyKeyReused;

export const ProductEditError = createUnionType({
  name: 'ProductEditError',
  description: 'Why a product was not changed.',
  types: () =>
    [
      ProductNotFound,
      ProductImageNotFound,
      ProductVersionConflict,
      ProductSlugTaken,
      SkuTaken,
      OptionsTaken,
      ProductNotDeletable,
      StockReserved,
      UnknownCategories,
      IdempotencyKeyReused,
    ] as const,
});

export type VariantEditFailure =
  | ProductNotFound
  | ProductVariantNotFound
  | ProductVariantVersionConflict
  | SkuTaken
  | OptionsTaken
  | TooManyVariants
  | LastVariant
  | StockReserved
  | IdempotencyKeyReused;

export const VariantEditError = createUnionType({
  name: 'VariantEditError',
  description: 'Why a variant was not changed.',
  types: () =>
    [
      ProductNotFound,
      ProductVariantNotFound,
      ProductVariantVersionConflict,
      SkuTaken,
      OptionsTaken,
      TooManyVariants,
      LastVariant,
      StockReserved,
      IdempotencyKeyReused,
    ] as const,
});
