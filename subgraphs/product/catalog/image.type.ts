import { Field, ID, Int, ObjectType } from 'type-graphql';
import { globalId } from '../../../platform/federation';
import type { ImageRow } from './product.reads';

@ObjectType('ProductImage', { description: 'A picture of a product.', simpleResolvers: true })
export class ProductImage {
  @Field(() => ID, { description: 'Opaque, unique in the whole graph, and never changing.' })
  id: string;

  @Field(() => String, { description: 'Where the picture is.' })
  url: string;

  @Field(() => String, { description: 'What it shows, for people who cannot see it; may be empty.' })
  alt: string;

  @Field(() => Int, { nullable: true, description: 'In pixels; null when unknown.' })
  width: number | null;

  @Field(() => Int, { nullable: true, description: 'In pixels; null when unknown.' })
  height: number | null;

  @Field(() => Int, { description: 'Its place among the pictures; the lowest is the featured one.' })
  position: number;

  static of(row: ImageRow): ProductImage {
    return Object.assign(new ProductImage(), row, { id: globalId('ProductImage', row.key) });
  }
}
