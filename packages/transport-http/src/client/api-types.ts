import type { Channel, Event, Stream, Workflow } from '@holdfast/core/internal';
import type { HttpHandler } from '../handler.js';
import type { HttpApi } from '../options.js';
import type { AsJson } from './as-json.js';

/** What a handler serves, by the type of the handler: `typeof handler`. */
export type ApiOf<Handler> = Handler extends HttpHandler<infer Api> ? Api : HttpApi;

/** The names in addresses of one sort of things. */
export type NamesOf<Api extends HttpApi, Kind extends keyof HttpApi> = keyof NonNullable<Api[Kind]> & string;

type Named<Api extends HttpApi, Kind extends keyof HttpApi, Name> = Name extends keyof NonNullable<Api[Kind]>
  ? NonNullable<Api[Kind]>[Name]
  : never;

type FlowOf<Exposed> =
  Exposed extends Workflow<never, unknown>
    ? Exposed
    : Exposed extends { readonly workflow: infer Flow }
      ? Flow
      : never;

/** The body that starts a workflow. */
export type BodyOf<Api extends HttpApi, Name> =
  Named<Api, 'workflows', Name> extends {
    readonly args: (body: infer Body) => unknown;
  }
    ? Body
    : FlowOf<Named<Api, 'workflows', Name>> extends (...args: infer Args) => unknown
      ? Args[0]
      : unknown;

/** What a workflow returns, as it comes over HTTP. */
export type ResultOf<Api extends HttpApi, Name> =
  FlowOf<Named<Api, 'workflows', Name>> extends (...args: never) => Promise<infer Result>
    ? AsJson<Result>
    : unknown;

/** What a channel takes. */
export type SentOn<Api extends HttpApi, Name> =
  Named<Api, 'channels', Name> extends Channel<infer _Received, infer Sent> ? Sent : unknown;

/** What an event shows. */
export type ShownBy<Api extends HttpApi, Name> =
  Named<Api, 'events', Name> extends Event<infer Value, infer _Given> ? AsJson<Value> : unknown;

/** What a stream yields. */
export type YieldedBy<Api extends HttpApi, Name> =
  Named<Api, 'streams', Name> extends Stream<infer Value, infer _Written> ? AsJson<Value> : unknown;

export type { HttpApi };
