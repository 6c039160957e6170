import { createUnionType, Field, Int, ObjectType } from 'type-graphql';
import { UserError } from '../../../platform/federation';
import { Category } from './category.entity';

@ObjectType('CategoryNotFound', { implements: UserError, description: 'There is no such category.' })
export class CategoryNotFound extends UserError {
  static make(field: 'categoryId' | 'parentId'): CategoryNotFound {
    const message = 'There is no such category; read the tree again';
    return Object.assign(new CategoryNotFound(), { code: 'CATEGORY_NOT_FOUND', message, path: ['input', field] });
  }
}

@ObjectType('CategoryVersionConflict', { implements: UserError, description: 'Somebody changed the category since you read it.' })
export class CategoryVersionConflict extends UserError {
  @Field(() => Category, { description: 'The category as it is now.' })
  current: Category;

  static make(current: Category): CategoryVersionConflict {
    const message = `The category changed; its version is now ${current.version}`;
    return Object.assign(new CategoryVersionConflict(), {
      code: 'CATEGORY_VERSION_CONFLICT',
      message,
      path: ['input', 'expectedVersion'],
      current,
    });
  }
}

@ObjectType('CategorySlugTaken', { implements: UserError, description: 'Another category has this slug.' })
export class CategorySlugTaken extends UserError {
  static make(): CategorySlugTaken {
    const message = 'Another category has this slug; choose another';
    return Object.assign(new CategorySlugTaken(), { code: 'CATEGORY_SLUG_TAKEN', message, path: ['input', 'slug'] });
  }
}

@ObjectType('CategoryCycle', { implements: UserError, description: 'A category cannot stand below itself.' })
export class CategoryCycle extends UserError {
  static make(): CategoryCycle {
    const message = 'A category cannot stand below itself; choose a parent outside of it';
    return Object.assign(new CategoryCycle(), { code: 'CATEGORY_CYCLE', message, path: ['input', 'parentId'] });
  }
}

@ObjectType('CategoryTooDeep', { implements: UserError, description: 'The tree would become too deep.' })
export class CategoryTooDeep extends UserError {
  @Field(() => Int, { description: 'How many levels the tree may have.' })
  maximum: number;

  static make(maximum: number): CategoryTooDeep {
    const message = `The tree may have ${maximum} levels; choose a parent nearer to the top`;
    return Object.assign(new CategoryTooDeep(), { code: 'CATEGORY_TOO_DEEP', message, path: ['input', 'parentId'], maximum });
  }
}

@ObjectType('CategoryNotEmpty', { implements: UserError, description: 'The category has others below it.' })
export class CategoryNotEmpty extends UserError {
  static make(): CategoryNotEmpty {
    const message = 'The category has others below it; move or delete those first';
    return Object.assign(new CategoryNotEmpty(), { code: 'CATEGORY_NOT_EMPTY', message, path: ['input', 'categoryId'] });
  }
}

export type CategoryEditFailure =
  | CategoryNotFound
  | CategoryVersionConflict
  | CategorySlugTaken
  | CategoryCycle
  | CategoryTooDeep
  | CategoryNotEmpty;

export const CategoryEditError = createUnionType({
  name: 'CategoryEditError',
  description: 'Why a category was not changed.',
  types: () =>
    [CategoryNotFound, CategoryVersionConflict, CategorySlugTaken, CategoryCycle, CategoryTooDeep, CategoryNotEmpty] as const,
});
