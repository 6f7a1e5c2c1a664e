/** What a shop's topics, groups and tables are called. */
export interface Names {
  readonly shop: string;
  readonly topics: {
    /** What customers do. */
    readonly events: string;
    /** Orders that were packed. */
    readonly packed: string;
    /** Events that nobody can make an order of. */
    readonly dead: string;
  };
  readonly tables: { readonly orders: string; readonly packed: string; readonly letters: string };
}

export function namesOf(shop: string): Names {
  return {
    shop,
    topics: { events: `${shop}.events`, packed: `${shop}.packed`, dead: `${shop}.dead` },
    tables: { orders: `${shop}.orders`, packed: `${shop}.packed`, letters: `${shop}.letters` },
  };
}
