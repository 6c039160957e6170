export { Category, Product, ProductVariant, User, categoryOf, productOf, userOf, variantOf } from './references';
