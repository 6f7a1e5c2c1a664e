/** Where there are sales. In a module of its own, as the form in the browser needs it, and nothing else of the jobs. */
export const REGIONS = ['North', 'South', 'East', 'West', 'Overseas'] as const;
