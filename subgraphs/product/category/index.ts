export { CategoryAssortmentResolver } from './category-assortment.resolver';
export { CategoryEditResolver } from './category-edit.resolver';
export { CategoryEditService } from './category-edit.service';
export { Category } from './category.entity';
export { createCategoryLoaders } from './category.loader';
export { CATEGORY_COLUMNS } from './category.reads';
export { CategoryResolver } from './category.resolver';
export { CategoryService } from './category.service';
