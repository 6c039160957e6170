/** One operation that a shop's front end sends, with what it needs to know of the seeded shop. */
export interface ShopOperation {
  readonly name: string;
  readonly query: string;
  readonly variables: Record<string, unknown>;
  /** Who sends it. */
  readonly viewer: 'anonymous' | 'guest' | 'customer' | 'staff';
}

/** What the operations refer to; found in the seeded shop before measuring. */
export interface ShopFacts {
  readonly productSlug: string;
  readonly categorySlug: string;
  readonly variantId: string;
}

const CARD = `id slug name vendor price { amount currency } compareAtPrice { amount } stockQuantity availableForSale
  featuredImage { url alt }`;
const VARIANT = `id sku title selectedOptions { name value } price { amount currency } compareAtPrice { amount } stockQuantity availableForSale`;
const PAGE = 'pageInfo { hasNextPage endCursor }';

export const PRODUCT_LIST = `query ProductList($first: Int!) {
  products(first: $first) { nodes { ${CARD} categories { id slug name } variants { ${VARIANT} } } ${PAGE} }
}`;

export const PRODUCT_DETAIL = `query ProductDetail($slug: String!) {
  productBySlug(slug: $slug) {
    ${CARD} description descriptionHtml tags options { name values } images(first: 10) { url alt }
    categories { id slug name } variants { ${VARIANT} } seo { title description }
  }
}`;

const FACETS = `facets {
  vendors { value count } productTypes { value count } options { name values { value count } }
  categories { category { id slug name } count } price { min { amount } max { amount } } inStock { inStock outOfStock }
}`;

const PRODUCT_LIST_WITH_FACETS = `query ProductListWithFacets($first: Int!) {
  products(first: $first) { nodes { ${CARD} categories { id slug name } variants { ${VARIANT} } } totalCount ${FACETS} ${PAGE} }
}`;

const CATEGORY_PAGE = `query CategoryPage($slug: String!) {
  categoryBySlug(slug: $slug) { id name description children { slug name } }
  products(first: 20, filter: { categorySlug: $slug, inStock: true }, sort: PRICE_ASC) { nodes { ${CARD} } totalCount ${PAGE} }
}`;

const SEARCH = `query Search($query: String!) {
  search(query: $query, first: 20) {
    nodes { ${CARD} } totalCount suggestedQuery ${PAGE}
    facets { vendors { value count } productTypes { value count } price { min { amount } max { amount } } }
  }
}`;

const CART = `id version itemCount subtotal { amount currency } total { amount }
  lines { id quantity unitPrice { amount } lineTotal { amount } product { name slug } variant { title } }`;

const ORDERS = `query MyOrders {
  me { name orders(first: 10) { nodes {
    number orderDate status totalAmount { amount currency }
    items { name quantity price { amount } product { slug categories { name } } variant { title } }
  } } }
}`;

/** The ten operations of `bench -- shop`, the hottest first. */
export function shopOperations(facts: ShopFacts): ShopOperation[] {
  const anonymous = 'anonymous' as const;
  return [
    { name: 'list', query: PRODUCT_LIST, variables: { first: 20 }, viewer: anonymous },
    { name: 'detail', query: PRODUCT_DETAIL, variables: { slug: facts.productSlug }, viewer: anonymous },
    { name: 'search', query: SEARCH, variables: { query: 'cotton' }, viewer: anonymous },
    { name: 'list-facets', query: PRODUCT_LIST_WITH_FACETS, variables: { first: 20 }, viewer: anonymous },
    { name: 'category', query: CATEGORY_PAGE, variables: { slug: facts.categorySlug }, viewer: anonymous },
    {
      name: 'suggest',
      query: 'query Suggest { suggestProducts(prefix: "co", first: 8) { slug name } }',
      variables: {},
      viewer: anonymous,
    },
    { name: 'menu', query: 'query Menu { categoryTree { slug name children { slug name } } }', variables: {}, viewer: anonymous },
    { name: 'cart', query: `query Cart { cart { ${CART} } }`, variables: {}, viewer: 'guest' },
    { name: 'orders', query: ORDERS, variables: {}, viewer: 'customer' },
    {
      name: 'back-office',
      query:
        'query BackOffice { orders(first: 20) { nodes { number status email totalAmount { amount } customer { name } } totalCount } }',
      variables: {},
      viewer: 'staff',
    },
  ];
}
