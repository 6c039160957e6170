import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { requireScope } from '../../../platform/auth';
import { globalId, keyOf, type SubgraphContext } from '../../../platform/federation';
import { namedBy } from '../named-change';
import type { Outcome } from '../refused';
import { ProductVersionConflict, type ProductEditFailure } from './catalog.errors';
import { DeleteProductPayload, ProductPayload } from './catalog.payloads';
import {
  AddProductImageInput,
  ArchiveProductInput,
  AssignProductToCategoriesInput,
  CreateProductInput,
  DeleteProductInput,
  RemoveProductImageInput,
  UpdateProductInput,
} from './product-edit.inputs';
import type { ProductEditService } from './product-edit.service';
import { forgetProduct, type CatalogLoaders } from './product.loader';
import { readCategoryKeys, readNewImage } from './read-input';
import { Product } from './product.type';

const SCOPE = 'catalog:write';

/** What staff do to products. */
@Resolver(() => ProductVersionConflict)
export class ProductEditResolver {
  constructor(
    private readonly edits: ProductEditService,
    private readonly loaders: CatalogLoaders,
  ) {}

  @Mutation(() => ProductPayload, { description: 'Makes a product with its variants. Needs the scope catalog:write.' })
  async createProduct(
    @Arg('input', () => CreateProductInput, { description: 'The product.' }) input: CreateProductInput,
    @Ctx() context: SubgraphContext,
  ): Promise<ProductPayload> {
    requireScope(context.viewer, SCOPE);
    const { idempotencyKey, ...product } = input;
    const by = namedBy(context.viewer, 'createProduct', idempotencyKey);
    return this.payload(await this.edits.create(product, readCategoryKeys(input.categoryIds ?? []), by), context);
  }

  @Mutation(() => ProductPayload, { description: 'Changes a product. Needs the scope catalog:write.' })
  async updateProduct(
    @Arg('input', () => UpdateProductInput, { description: 'What to change.' }) input: UpdateProductInput,
    @Ctx() context: SubgraphContext,
  ): Promise<ProductPayload> {
    requireScope(context.viewer, SCOPE);
    return this.payload(await this.edits.update(keyOf('Product', input.productId, 'input.productId'), input), context);
  }

  @Mutation(() => ProductPayload, {
    description: 'Takes a product out of the shop; orders still show it. Needs the scope catalog:write.',
  })
  async archiveProduct(
    @Arg('input', () => ArchiveProductInput, { description: 'Which product.' }) input: ArchiveProductInput,
    @Ctx() context: SubgraphContext,
  ): Promise<ProductPayload> {
    requireScope(context.viewer, SCOPE);
    const key = keyOf('Product', input.productId, 'input.productId');
    return this.payload(await this.edits.archive(key, input.expectedVersion ?? null), context);
  }

  @Mutation(() => DeleteProductPayload, {
    description: 'Deletes a draft that was never in the shop. Needs the scope catalog:write.',
  })
  async deleteProduct(
    @Arg('input', () => DeleteProductInput, { description: 'Which product.' }) input: DeleteProductInput,
    @Ctx() context: SubgraphContext,
  ): Promise<DeleteProductPayload> {
    requireScope(context.viewer, SCOPE);
    const key = keyOf('Product', input.productId, 'input.productId');
    const { result, errors } = await this.edits.delete(key, input.expectedVersion ?? null);
    return { deletedProductId: result === null ? null : globalId('Product', result), errors };
  }

  @Mutation(() => ProductPayload, {
    description: 'Puts a product into categories, and out of all others. Needs the scope catalog:write.',
  })
  async assignProductToCategories(
    @Arg('input', () => AssignProductToCategoriesInput, { description: 'Where it stands.' })
    input: AssignProductToCategoriesInput,
    @Ctx() context: SubgraphContext,
  ): Promise<ProductPayload> {
    requireScope(context.viewer, SCOPE);
    const key = keyOf('Product', input.productId, 'input.productId');
    return this.payload(
      await this.edits.assignCategories(key, readCategoryKeys(input.categoryIds), input.expectedVersion ?? null),
      context,
    );
  }

  @Mutation(() => ProductPayload, { description: 'Gives a product a picture. Needs the scope catalog:write.' })
  async addProductImage(
    @Arg('input', () => AddProductImageInput, { description: 'The picture.' }) input: AddProductImageInput,
    @Ctx() context: SubgraphContext,
  ): Promise<ProductPayload> {
    requireScope(context.viewer, SCOPE);
    const key = keyOf('Product', input.productId, 'input.productId');
    return this.payload(await this.edits.addImage(key, readNewImage(input.image, 'input.image'), input.asFeatured), context);
  }

  @Mutation(() => ProductPayload, { description: 'Takes a picture off a product. Needs the scope catalog:write.' })
  async removeProductImage(
    @Arg('input', () => RemoveProductImageInput, { description: 'Which picture.' }) input: RemoveProductImageInput,
    @Ctx() context: SubgraphContext,
  ): Promise<ProductPayload> {
    requireScope(context.viewer, SCOPE);
    return this.payload(await this.edits.removeImage(keyOf('ProductImage', input.imageId, 'input.imageId')), context);
  }

  @FieldResolver(() => Product, { description: 'The product as it is now.' })
  async current(@Root() conflict: ProductVersionConflict, @Ctx() context: SubgraphContext): Promise<Product | null> {
    forgetProduct(this.loaders, context, conflict.productKey);
    const row = await context.loaders.of(this.loaders.productByKey).load(conflict.productKey);
    return row && Product.of(row);
  }

  private async payload(
    { result, errors }: Outcome<number, ProductEditFailure>,
    context: SubgraphContext,
  ): Promise<ProductPayload> {
    if (result === null) return { product: null, errors };
    forgetProduct(this.loaders, context, result);
    const row = await context.loaders.of(this.loaders.productByKey).load(result);
    return { product: row && Product.of(row), errors };
  }
}
