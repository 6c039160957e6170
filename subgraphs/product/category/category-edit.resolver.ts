import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { requireScope } from '../../../platform/auth';
import { globalId, keyOf, type SubgraphContext } from '../../../platform/federation';
import type { Outcome } from '../refused';
import { CreateCategoryInput, DeleteCategoryInput, MoveCategoryInput, UpdateCategoryInput } from './category-edit.inputs';
import { CategoryPayload, DeleteCategoryPayload } from './category-edit.payloads';
import type { CategoryEditService } from './category-edit.service';
import type { Category } from './category.entity';
import type { CategoryEditFailure } from './category.errors';
import type { CategoryLoaders } from './category.loader';

const SCOPE = 'catalog:write';

/** What staff do to the category tree. */
@Resolver()
export class CategoryEditResolver {
  constructor(
    private readonly edits: CategoryEditService,
    private readonly loaders: CategoryLoaders,
  ) {}

  @Mutation(() => CategoryPayload, { description: 'Makes a category. Needs the scope catalog:write.' })
  async createCategory(
    @Arg('input', () => CreateCategoryInput, { description: 'The category.' }) input: CreateCategoryInput,
    @Ctx() context: SubgraphContext,
  ): Promise<CategoryPayload> {
    requireScope(context.viewer, SCOPE);
    return this.payload(await this.edits.create(input, parentKeyOf(input.parentId)), context);
  }

  @Mutation(() => CategoryPayload, { description: 'Changes a category. Needs the scope catalog:write.' })
  async updateCategory(
    @Arg('input', () => UpdateCategoryInput, { description: 'What to change.' }) input: UpdateCategoryInput,
    @Ctx() context: SubgraphContext,
  ): Promise<CategoryPayload> {
    requireScope(context.viewer, SCOPE);
    return this.payload(await this.edits.update(keyOf('Category', input.categoryId, 'input.categoryId'), input), context);
  }

  @Mutation(() => CategoryPayload, {
    description: 'Puts a category, with all below it, under another. Needs the scope catalog:write.',
  })
  async moveCategory(
    @Arg('input', () => MoveCategoryInput, { description: 'Where it goes.' }) input: MoveCategoryInput,
    @Ctx() context: SubgraphContext,
  ): Promise<CategoryPayload> {
    requireScope(context.viewer, SCOPE);
    const key = keyOf('Category', input.categoryId, 'input.categoryId');
    return this.payload(await this.edits.move(key, parentKeyOf(input.parentId), input.expectedVersion ?? null), context);
  }

  @Mutation(() => DeleteCategoryPayload, {
    description: 'Deletes a category that has none below it; its products stay. Needs the scope catalog:write.',
  })
  async deleteCategory(
    @Arg('input', () => DeleteCategoryInput, { description: 'Which category.' }) input: DeleteCategoryInput,
    @Ctx() context: SubgraphContext,
  ): Promise<DeleteCategoryPayload> {
    requireScope(context.viewer, SCOPE);
    const { result, errors } = await this.edits.delete(
      keyOf('Category', input.categoryId, 'input.categoryId'),
      input.expectedVersion ?? null,
    );
    return { deletedCategoryId: result && globalId('Category', result.id), errors };
  }

  private payload({ result, errors }: Outcome<Category, CategoryEditFailure>, context: SubgraphContext): CategoryPayload {
    context.loaders.of(this.loaders.byKey).clearAll();
    context.loaders.of(this.loaders.childrenByKey).clearAll();
    return { category: result, errors };
  }
}

function parentKeyOf(parentId: string | null | undefined): number | null {
  return parentId ? keyOf('Category', parentId, 'input.parentId') : null;
}
