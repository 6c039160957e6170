import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { requireScope } from '../../../platform/auth';
import { keyOf, type SubgraphContext } from '../../../platform/federation';
import { namedBy } from '../named-change';
import type { Outcome } from '../refused';
import { ProductVariantVersionConflict, type VariantEditFailure } from './catalog.errors';
import { VariantPayload } from './catalog.payloads';
import { forgetProduct, type CatalogLoaders } from './product.loader';
import { Product } from './product.type';
import { AddVariantInput, RemoveVariantInput, UpdateVariantInput } from './variant-edit.inputs';
import type { EditedVariant, VariantEditService } from './variant-edit.service';
import { ProductVariant } from './variant.type';

const SCOPE = 'catalog:write';

/** What staff do to variants. */
@Resolver(() => ProductVariantVersionConflict)
export class VariantEditResolver {
  constructor(
    private readonly edits: VariantEditService,
    private readonly loaders: CatalogLoaders,
  ) {}

  @Mutation(() => VariantPayload, { description: 'Adds a variant to a product. Needs the scope catalog:write.' })
  async addVariant(
    @Arg('input', () => AddVariantInput, { description: 'The variant.' }) input: AddVariantInput,
    @Ctx() context: SubgraphContext,
  ): Promise<VariantPayload> {
    requireScope(context.viewer, SCOPE);
    const by = namedBy(context.viewer, 'addVariant', input.idempotencyKey);
    return this.payload(await this.edits.add(keyOf('Product', input.productId, 'input.productId'), input.variant, by), context);
  }

  @Mutation(() => VariantPayload, { description: 'Changes a variant. Needs the scope catalog:write.' })
  async updateVariant(
    @Arg('input', () => UpdateVariantInput, { description: 'What to change.' }) input: UpdateVariantInput,
    @Ctx() context: SubgraphContext,
  ): Promise<VariantPayload> {
    requireScope(context.viewer, SCOPE);
    return this.payload(await this.edits.update(keyOf('ProductVariant', input.variantId, 'input.variantId'), input), context);
  }

  @Mutation(() => VariantPayload, { description: 'Removes a variant for good. Needs the scope catalog:write.' })
  async removeVariant(
    @Arg('input', () => RemoveVariantInput, { description: 'Which variant.' }) input: RemoveVariantInput,
    @Ctx() context: SubgraphContext,
  ): Promise<VariantPayload> {
    requireScope(context.viewer, SCOPE);
    const key = keyOf('ProductVariant', input.variantId, 'input.variantId');
    return this.payload(await this.edits.remove(key, input.expectedVersion ?? null), context);
  }

  @FieldResolver(() => ProductVariant, { description: 'The variant as it is now.' })
  async current(
    @Root() conflict: ProductVariantVersionConflict,
    @Ctx() context: SubgraphContext,
  ): Promise<ProductVariant | null> {
    const row = await context.loaders.of(this.loaders.variantByKey).clear(conflict.variantKey).load(conflict.variantKey);
    return row && ProductVariant.of(row);
  }

  private async payload(
    { result, errors }: Outcome<EditedVariant, VariantEditFailure>,
    context: SubgraphContext,
  ): Promise<VariantPayload> {
    if (result === null) return { variant: null, product: null, errors };
    const { productKey, variantKey } = result;
    forgetProduct(this.loaders, context, productKey);
    const [product, variant] = await Promise.all([
      context.loaders.of(this.loaders.productByKey).load(productKey),
      variantKey === null ? null : context.loaders.of(this.loaders.variantByKey).load(variantKey),
    ]);
    return { product: product && Product.of(product), variant: variant && ProductVariant.of(variant), errors };
  }
}
