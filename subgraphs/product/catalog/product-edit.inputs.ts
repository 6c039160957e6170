import { Field, ID, InputType, Int } from 'type-graphql';
import { MoneyInput } from '../../../platform/federation';
import { ProductStatusEnum } from './product.type';

@InputType({ description: 'A variant to be made.' })
export class NewVariantInput {
  @Field(() => String, { nullable: true, description: 'The stock keeping unit, unique in the shop; 1 to 100 characters.' })
  sku?: string | null;

  @Field(() => [String], { nullable: true, description: 'One choice for each option of the product, in their order.' })
  optionValues?: string[] | null;

  @Field(() => MoneyInput, { description: 'What one costs.' })
  price: MoneyInput;

  @Field(() => MoneyInput, { nullable: true, description: 'What it cost before, for an offer.' })
  compareAtPrice?: MoneyInput | null;

  @Field(() => Int, { defaultValue: 0, description: 'How many are there, 0 to 10,000,000.' })
  stockOnHand: number;

  @Field(() => Boolean, { defaultValue: true, description: 'Whether stock is counted.' })
  isTracked: boolean;

  @Field(() => Boolean, { defaultValue: false, description: 'Whether it may be sold beyond the stock.' })
  allowBackorder: boolean;

  @Field(() => Boolean, { defaultValue: true, description: 'Whether it is sent by post.' })
  requiresShipping: boolean;

  @Field(() => Int, { nullable: true, description: 'What one weighs, 0 to 10,000,000.' })
  weightGrams?: number | null;

  @Field(() => String, { nullable: true, description: 'EAN, UPC or the like; at most 100 characters.' })
  barcode?: string | null;
}

@InputType({ description: 'A picture to be shown.' })
export class NewImageInput {
  @Field(() => String, { description: 'An http or https address, or a path of this shop that begins with /.' })
  url: string;

  @Field(() => String, { nullable: true, description: 'What it shows, for people who cannot see it; at most 500 characters.' })
  alt?: string | null;

  @Field(() => Int, { nullable: true, description: 'In pixels, 1 to 100,000.' })
  width?: number | null;

  @Field(() => Int, { nullable: true, description: 'In pixels, 1 to 100,000.' })
  height?: number | null;
}

@InputType({ description: 'A product to be made, with its variants.' })
export class CreateProductInput {
  @Field(() => String, { description: 'What it is called in the shop; 1 to 300 characters.' })
  name: string;

  @Field(() => String, { nullable: true, description: 'Its name in web addresses; made of the name when absent.' })
  slug?: string | null;

  @Field(() => String, { nullable: true, description: 'HTML; what could harm is taken out. At most 100,000 characters.' })
  descriptionHtml?: string | null;

  @Field(() => String, { nullable: true, description: 'Who makes it; at most 200 characters.' })
  vendor?: string | null;

  @Field(() => String, { nullable: true, description: 'What kind of thing it is; at most 200 characters.' })
  productType?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'By which category it is taxed: lower-case letters, digits and "-", 40 characters at most.',
  })
  taxCategory?: string | null;

  @Field(() => [String], { nullable: true, description: 'Free words, at most 100.' })
  tags?: string[] | null;

  @Field(() => ProductStatusEnum, { defaultValue: ProductStatusEnum.DRAFT, description: 'Whether the shop shows it at once.' })
  status: ProductStatusEnum;

  @Field(() => [String], { nullable: true, description: 'What can be chosen, such as ["Size", "Colour"]; at most 5.' })
  options?: string[] | null;

  @Field(() => [NewVariantInput], { description: 'From 1 to 100.' })
  variants: NewVariantInput[];

  @Field(() => [NewImageInput], { nullable: true, description: 'The featured one first; at most 50.' })
  images?: NewImageInput[] | null;

  @Field(() => [ID], { nullable: true, description: 'Where it stands; at most 50.' })
  categoryIds?: string[] | null;

  @Field(() => String, { nullable: true, description: 'The title for search engines; at most 200 characters.' })
  seoTitle?: string | null;

  @Field(() => String, { nullable: true, description: 'The description for search engines; at most 500 characters.' })
  seoDescription?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Your name for this request, 8 to 200 characters: sent again with it, it is done once and answered alike. Give one always: it is nullable only for clients that are older than it.',
  })
  idempotencyKey?: string | null;
}

@InputType({ description: 'What to change of a product; what is absent stays.' })
export class UpdateProductInput {
  @Field(() => ID, { description: 'Which product.' })
  productId: string;

  @Field(() => Int, { nullable: true, description: 'The version that you read; if it is another now, nothing changes.' })
  expectedVersion?: number | null;

  @Field(() => String, { nullable: true, description: 'What it is called in the shop; 1 to 300 characters.' })
  name?: string | null;

  @Field(() => String, { nullable: true, description: 'Its name in web addresses; the old one will lead to it.' })
  slug?: string | null;

  @Field(() => String, { nullable: true, description: 'HTML; what could harm is taken out. At most 100,000 characters.' })
  descriptionHtml?: string | null;

  @Field(() => String, { nullable: true, description: 'Who makes it; at most 200 characters.' })
  vendor?: string | null;

  @Field(() => String, { nullable: true, description: 'What kind of thing it is; at most 200 characters.' })
  productType?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'By which category it is taxed: lower-case letters, digits and "-", 40 characters at most.',
  })
  taxCategory?: string | null;

  @Field(() => [String], { nullable: true, description: 'Free words, at most 100; these replace all before.' })
  tags?: string[] | null;

  @Field(() => ProductStatusEnum, { nullable: true, description: 'Whether the shop shows it.' })
  status?: ProductStatusEnum | null;

  @Field(() => String, { nullable: true, description: 'The title for search engines; at most 200 characters.' })
  seoTitle?: string | null;

  @Field(() => String, { nullable: true, description: 'The description for search engines; at most 500 characters.' })
  seoDescription?: string | null;
}

@InputType({ description: 'A product to be taken out of the shop.' })
export class ArchiveProductInput {
  @Field(() => ID, { description: 'Which product.' })
  productId: string;

  @Field(() => Int, { nullable: true, description: 'The version that you read; if it is another now, nothing changes.' })
  expectedVersion?: number | null;
}

@InputType({ description: 'A draft to be deleted for good.' })
export class DeleteProductInput {
  @Field(() => ID, { description: 'Which product.' })
  productId: string;

  @Field(() => Int, { nullable: true, description: 'The version that you read; if it is another now, nothing changes.' })
  expectedVersion?: number | null;
}

@InputType({ description: 'Where a product stands.' })
export class AssignProductToCategoriesInput {
  @Field(() => ID, { description: 'Which product.' })
  productId: string;

  @Field(() => [ID], { description: 'All its categories; it leaves those that are absent. At most 50.' })
  categoryIds: string[];

  @Field(() => Int, { nullable: true, description: 'The version that you read; if it is another now, nothing changes.' })
  expectedVersion?: number | null;
}

@InputType({ description: 'A picture for a product.' })
export class AddProductImageInput {
  @Field(() => ID, { description: 'Which product.' })
  productId: string;

  @Field(() => NewImageInput, { description: 'The picture.' })
  image: NewImageInput;

  @Field(() => Boolean, { defaultValue: false, description: 'Whether it becomes the featured one; otherwise it is the last.' })
  asFeatured: boolean;
}

@InputType({ description: 'A picture to be taken off a product.' })
export class RemoveProductImageInput {
  @Field(() => ID, { description: 'Which picture.' })
  imageId: string;
}
