/* Texts. The English source stands in the code; /jsi18n/ brings the reader's language.
 * gettext(text), ngettext(one, many, count), pgettext(context, text)
 * fill(text, {name: value}) — replaces %(name)s
 * chinese — whether the page is in Chinese */

// asked anew each time: a worker is handed its texts after this has been read
const catalogue = () => globalThis.django ?? {};

export const gettext = (text) => catalogue().gettext?.(text) ?? text;
export const pgettext = (context, text) => catalogue().pgettext?.(context, text) ?? text;
export const ngettext = (one, many, count) => catalogue().ngettext?.(one, many, count) ?? (count === 1 ? one : many);

export const fill = (text, values) => text.replace(/%\((\w+)\)s/g, (_, name) => String(values[name] ?? ""));

const lang = globalThis.document?.documentElement.lang || "zh-hans";
export const chinese = lang.startsWith("zh");
