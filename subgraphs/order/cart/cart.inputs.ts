import { Field, ID, InputType, Int } from 'type-graphql';

@InputType({ description: 'A variant to put into the cart.' })
export class CartLineInput {
  @Field(() => ID, { description: 'The variant.' })
  variantId: string;

  @Field(() => Int, { defaultValue: 1, description: 'How many more, 1 to 999.' })
  quantity: number;
}

@InputType()
class CartChangeInput {
  @Field(() => Int, { nullable: true, description: 'The version that you read; when given and no longer true, nothing happens.' })
  expectedVersion?: number | null;
}

@InputType({ description: 'What to put into the cart.' })
export class AddToCartInput extends CartChangeInput {
  @Field(() => [CartLineInput], { description: 'What to put in, 1 to 100 lines; all or nothing.' })
  lines: CartLineInput[];
}

@InputType({ description: 'A line of the cart and its new quantity.' })
export class UpdateCartLineInput extends CartChangeInput {
  @Field(() => ID, { description: 'The line.' })
  lineId: string;

  @Field(() => Int, { description: 'How many it shall be, 1 to 999.' })
  quantity: number;
}

@InputType({ description: 'A line to take out of the cart.' })
export class RemoveCartLineInput extends CartChangeInput {
  @Field(() => ID, { description: 'The line.' })
  lineId: string;
}

@InputType({ description: 'That the cart shall be emptied.' })
export class ClearCartInput extends CartChangeInput {}
