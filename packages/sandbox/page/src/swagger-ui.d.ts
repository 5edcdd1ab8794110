/** What form.ts uses of Swagger UI, which brings no types of its own. */
declare module 'swagger-ui-dist/swagger-ui-es-bundle.js' {
  export type ReactElement = object;
  export type ReactComponent = new (props: Record<string, unknown>) => object;

  export interface React {
    createElement(type: unknown, props: Record<string, unknown> | null, ...children: unknown[]): ReactElement;
    useSyncExternalStore<T>(subscribe: (changed: () => void) => () => void, read: () => T): T;
  }

  export interface System {
    React: React;
    getComponent(name: string, container?: boolean): unknown;
    oas3Selectors: { requestBodyValue(path: string, method: string): string | undefined };
  }

  export interface HttpRequest {
    url: string;
    method: string;
    headers: Record<string, string>;
    body?: string;
    /** Takes the place of `fetch` for this request. */
    userFetch?: (url: string, request: HttpRequest) => Promise<Response>;
  }

  export default function SwaggerUI(options: Record<string, unknown>): { getSystem(): System };
}

declare module '*.css';
