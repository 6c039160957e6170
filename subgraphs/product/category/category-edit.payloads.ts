import { Field, ID, ObjectType } from 'type-graphql';
import { Category } from './category.entity';
import { CategoryEditError, type CategoryEditFailure } from './category.errors';

@ObjectType({ description: 'What became of a change of a category.' })
export class CategoryPayload {
  @Field(() => Category, { nullable: true, description: 'The category as it is now; null when nothing changed.' })
  category: Category | null;

  @Field(() => [CategoryEditError], { description: 'Why nothing changed; empty when it did.' })
  errors: CategoryEditFailure[];
}

@ObjectType({ description: 'What became of a category that was to be deleted.' })
export class DeleteCategoryPayload {
  @Field(() => ID, { nullable: true, description: 'The id that led to it; null when nothing changed.' })
  deletedCategoryId: string | null;

  @Field(() => [CategoryEditError], { description: 'Why nothing changed; empty when it did.' })
  errors: CategoryEditFailure[];
}
