import { Field, ID, InputType, Int } from 'type-graphql';

@InputType({ description: 'A category to be made.' })
export class CreateCategoryInput {
  @Field(() => String, { description: 'What it is called; 1 to 200 characters.' })
  name: string;

  @Field(() => String, { nullable: true, description: 'Its name in web addresses; made of the name when absent.' })
  slug?: string | null;

  @Field(() => String, { nullable: true, description: 'What it holds; at most 5,000 characters.' })
  description?: string | null;

  @Field(() => ID, { nullable: true, description: 'The category above; absent at the top of the tree.' })
  parentId?: string | null;

  @Field(() => Int, { nullable: true, description: 'Its place among its siblings, 0 to 10,000; equal ones stand by name.' })
  position?: number | null;
}

@InputType({ description: 'What to change of a category; what is absent stays.' })
export class UpdateCategoryInput {
  @Field(() => ID, { description: 'Which category.' })
  categoryId: string;

  @Field(() => Int, { nullable: true, description: 'The version that you read; if it is another now, nothing changes.' })
  expectedVersion?: number | null;

  @Field(() => String, { nullable: true, description: 'What it is called; 1 to 200 characters.' })
  name?: string | null;

  @Field(() => String, { nullable: true, description: 'Its name in web addresses.' })
  slug?: string | null;

  @Field(() => String, { nullable: true, description: 'What it holds; at most 5,000 characters.' })
  description?: string | null;

  @Field(() => Int, { nullable: true, description: 'Its place among its siblings, 0 to 10,000; equal ones stand by name.' })
  position?: number | null;
}

@InputType({ description: 'Where a category goes, with all below it.' })
export class MoveCategoryInput {
  @Field(() => ID, { description: 'Which category.' })
  categoryId: string;

  @Field(() => ID, { nullable: true, description: 'The category above; null for the top of the tree.' })
  parentId?: string | null;

  @Field(() => Int, { nullable: true, description: 'The version that you read; if it is another now, nothing changes.' })
  expectedVersion?: number | null;
}

@InputType({ description: 'A category to be deleted; its products stay in the shop.' })
export class DeleteCategoryInput {
  @Field(() => ID, { description: 'Which category.' })
  categoryId: string;

  @Field(() => Int, { nullable: true, description: 'The version that you read; if it is another now, nothing changes.' })
  expectedVersion?: number | null;
}
