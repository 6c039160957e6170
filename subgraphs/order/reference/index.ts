export { Category, Product, ProductVariant, User, productOf, userOf, variantOf } from './references';
