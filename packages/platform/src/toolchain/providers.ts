import { archiveProvider } from "./archive-provider.ts";
import { checkoutProvider } from "./checkout-provider.ts";
import type { EngineSource } from "./engine.ts";
import { homebrewProvider } from "./homebrew-provider.ts";
import { npmProvider } from "./npm-provider.ts";
import { pathProvider } from "./path-provider.ts";
import { prefixProvider } from "./prefix-provider.ts";
import type { Provider } from "./provider.ts";
import { wheelProvider } from "./wheel-provider.ts";

type SourceOf<Name> = Extract<EngineSource, { readonly provider: Name }>;

/** Every way to come by an engine, apart from the path that a user names. */
export const providers: {
  readonly [Name in EngineSource["provider"]]: Provider<SourceOf<Name>>;
} = {
  prefix: prefixProvider,
  homebrew: homebrewProvider,
  wheel: wheelProvider,
  npm: npmProvider,
  archive: archiveProvider,
  checkout: checkoutProvider,
  path: pathProvider,
};
