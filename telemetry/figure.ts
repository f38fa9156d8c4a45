/**
 * A fact that a process counts. It holds names, amounts and times, and no id of a session, because it becomes part of a series
 * (metric-names.ts). The names may be chosen by tenants.
 */
export type Figure =
  | { readonly kind: 'turn_closed'; readonly agent: string; readonly outcome: string; readonly seconds: number }
  | { readonly kind: 'session_ended'; readonly agent: string; readonly reason: string }
  | ({ readonly kind: 'model_attempt'; readonly outcome: string; readonly seconds?: number | undefined } & OfModel)
  | ({ readonly kind: 'first_token'; readonly seconds: number } & OfModel)
  | ({
      readonly kind: 'cost';
      readonly agent: string;
      /** Less than nothing where an earlier figure was too high. */
      readonly usd: number;
    } & OfModel)
  | {
      readonly kind: 'tool_call';
      /** The server and the name of the tool there. */
      readonly tool: string;
      readonly outcome: string;
      /** Absent: the call was not made, or nobody knows how long it took. */
      readonly seconds?: number | undefined;
    }
  | ({ readonly kind: 'model_selected'; readonly reason: string } & OfModel)
  | ({
      readonly kind: 'turn_routed';
      readonly costUsd: number;
      readonly baselineUsd: number;
      readonly reward: number;
    } & OfModel);

interface OfModel {
  readonly provider: string;
  readonly model: string;
}

/** Counts a fact of a tenant. It never throws. */
export type Observe = (figure: Figure, tenantId: string) => void;
