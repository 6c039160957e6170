export { Category } from './category.entity';
export { createCategoryLoaders, type CategoryLoaders } from './category.loader';
export { CategoryResolver } from './category.resolver';
export { CategoryService } from './category.service';
