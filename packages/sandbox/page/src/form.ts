/**
 * The form and the reference: Swagger UI on the spec, with sealing in its request hook. The page removes what does not
 * belong here (its own curl, which would not be signed; the protocol's headers, which sealing fills) and names its controls.
 */
import type { HttpRequest, ReactElement, System } from 'swagger-ui-dist/swagger-ui-es-bundle.js';
import { type Contract, contractFor, type Example, type PassIds } from './contract.ts';

type Label = 'send' | 'body' | 'examples' | 'responses' | 'lang';

/** What the form needs from the page. */
export interface FormOptions {
  contract: Contract;
  /** Ids that the examples name. */
  pass: PassIds | undefined;
  /** Milliseconds since the epoch: examples do not end before. */
  now: number;
  /** An example to begin with, from a link. */
  linked: Example | undefined;
  /** Seals and sends a body. */
  send: (body: string) => Promise<unknown>;
  /** Words that follow the language, and its tag: the rest of the form is English. */
  label: (name: Label) => string;
  /** Calls back whenever the words change. */
  onLabels: (changed: () => void) => () => void;
}

/** The form on the page. */
export interface Form {
  /** The body as it stands in the form. */
  body(): string;
}

// A chunk of its own: the page is there before it.
const loading = import('swagger-ui-dist/swagger-ui-es-bundle.js');

/** Shows the form in an element, once Swagger UI is loaded. */
export async function showForm(domNode: HTMLElement, options: FormOptions): Promise<Form> {
  const { default: SwaggerUI } = await loading;
  const { spec, pathMethod } = contractFor(options.contract, options);
  const configuration = {
    domNode,
    spec,
    plugins: [parts(options)],
    layout: 'FormLayout',
    docExpansion: 'full',
    defaultModelsExpandDepth: 0,
    defaultModelExpandDepth: 2,
    tryItOutEnabled: true,
    validatorUrl: null,
    syntaxHighlight: { activated: false },
    requestInterceptor: (request: HttpRequest) => ({ ...request, userFetch: sealing(options.send) }),
  };
  const system = await new Promise<System>((resolve) => {
    const ui = SwaggerUI({ ...configuration, onComplete: () => resolve(ui.getSystem()) });
  });
  return { body: () => system.oas3Selectors.requestBodyValue(...pathMethod) ?? '' };
}

/** A `fetch` that hands the body to the page, and gives Swagger UI an empty response. */
const sealing = (send: FormOptions['send']) => async (_url: string, request: HttpRequest) => {
  await send(request.body ?? '');
  return new Response(null, { status: 200 });
};

/** Swagger UI's parts as they are here. Written without JSX: they are React's, while the page is Preact's. */
function parts({ label, onLabels }: FormOptions) {
  return ({ React }: System) => {
    const { createElement: h } = React;
    const useLabel = (name: Label): string => React.useSyncExternalStore(onLabels, () => label(name));
    const Words = ({ name }: { name: Label }): ReactElement => h('span', { lang: useLabel('lang') }, useLabel(name));
    const nothing = (): null => null;
    type Props = Record<string, unknown>;
    return {
      components: {
        FormLayout: ({ getComponent }: Pick<System, 'getComponent'>): ReactElement =>
          h(
            'div',
            { className: 'swagger-ui' },
            h(getComponent('SvgAssets'), null),
            h(getComponent('errors', true), null),
            h(getComponent('operations', true), null),
            h(getComponent('Models', true), null),
          ),
        liveResponse: nothing,
        TryItOutButton: nothing,
        clear: nothing,
        OperationServers: nothing,
        // The page has a heading of its own, and the spec no tags.
        OperationTag: ({ children }: { children: unknown }): unknown => children,
      },
      wrapComponents: {
        execute: (Original: new (props: Props) => { onClick: () => void; props: Props; render(): ReactElement }) =>
          class extends Original {
            override render(): ReactElement {
              const { disabled } = this.props;
              return h(SendButton, { onClick: this.onClick, disabled });
            }
          },
        TextArea: (Original: unknown) => (props: Props) =>
          h(Original, {
            ...props,
            lang: useLabel('lang'),
            'aria-label': useLabel('body'),
            spellCheck: false,
            autoComplete: 'off',
          }),
        responses: (Original: unknown) => (props: Props) =>
          h(
            'details',
            { className: 'responses' },
            h('summary', null, h(Words, { name: 'responses' })),
            h(Original, props),
          ),
        ExamplesSelect: (Original: unknown) => (props: Props) =>
          h(
            'label',
            { className: 'examples' },
            h(Words, { name: 'examples' }),
            h(Original, { ...props, showLabels: false }),
          ),
      },
    };

    function SendButton({ onClick, disabled }: Props): ReactElement {
      return h('button', { type: 'button', className: 'primary send', onClick, disabled }, h(Words, { name: 'send' }));
    }
  };
}
