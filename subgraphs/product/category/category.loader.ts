import type { SubgraphContext } from '../../../platform/federation';
import { defineLoader } from '../../../platform/loaders';
import type { Category } from './category.entity';
import type { CategoryService } from './category.service';

/** The batches of the category slice. */
export function createCategoryLoaders(categories: CategoryService) {
  return {
    byKey: defineLoader<number, Category | null, SubgraphContext>({
      name: 'categoryByKey',
      batch: (keys) => categories.byKeys(keys),
    }),
    childrenByKey: defineLoader<number, Category[], SubgraphContext>({
      name: 'categoryChildren',
      batch: (keys) => categories.childrenOf(keys),
    }),
  };
}

export type CategoryLoaders = ReturnType<typeof createCategoryLoaders>;
