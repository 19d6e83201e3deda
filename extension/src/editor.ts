import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { python } from '@codemirror/lang-python';
import {
  bracketMatching,
  HighlightStyle,
  indentOnInput,
  indentUnit,
  syntaxHighlighting
} from '@codemirror/language';
import { type Diagnostic, lintGutter, setDiagnostics } from '@codemirror/lint';
import { EditorState, type Text } from '@codemirror/state';
import { drawSelection, EditorView, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';

/** What is wrong in a line, counted from 1. */
interface IMistake {
  line: number;
  text: string;
}

/** What anywidget hands to a view. */
interface IModel {
  get(name: 'value' | 'description'): string;
  get(name: 'mistakes'): IMistake[];
  set(name: 'value', value: string): void;
  save_changes(): void;
  on(event: string, callback: () => void): void;
  off(event: string, callback: () => void): void;
}

// How long typing pauses before the kernel hears of it.
const PAUSE_MS = 250;

const colour = (name: string, otherwise: string): string =>
  `var(--jp-mirror-editor-${name}-color, ${otherwise})`;

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: colour('keyword', 'var(--jp-brand-color1)'), fontWeight: 'bold' },
  { tag: [tags.number, tags.bool, tags.null], color: colour('number', 'inherit') },
  { tag: tags.string, color: colour('string', 'var(--jp-error-color1)') },
  { tag: tags.comment, color: colour('comment', 'var(--jp-ui-font-color2)'), fontStyle: 'italic' },
  { tag: tags.definition(tags.variableName), color: colour('def', 'inherit') },
  { tag: tags.className, color: colour('def', 'inherit') },
  { tag: tags.meta, color: colour('meta', 'inherit') },
  { tag: tags.operator, color: colour('operator', 'inherit') }
]);

const look = EditorView.theme({
  '&': { color: 'inherit', backgroundColor: 'var(--jp-layout-color0)', fontSize: '12px' },
  '&.cm-focused': { outline: '2px solid var(--jp-brand-color1)', outlineOffset: '1px' },
  '.cm-scroller': { fontFamily: 'var(--jp-code-font-family)', lineHeight: '1.5' },
  '.cm-content': { caretColor: 'var(--jp-ui-font-color1)' },
  '.cm-cursor': { borderLeftColor: 'var(--jp-ui-font-color1)' },
  '.cm-gutters': {
    color: 'var(--jp-ui-font-color2)',
    backgroundColor: 'var(--jp-layout-color2)',
    border: '0'
  },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': {
    background: 'color-mix(in srgb, var(--jp-brand-color1) 30%, transparent) !important'
  },
  '.cm-tooltip': {
    color: 'var(--jp-ui-font-color1)',
    backgroundColor: 'var(--jp-layout-color1)',
    borderColor: 'var(--jp-border-color1)'
  }
});

function diagnostics(text: Text, mistakes: IMistake[]): Diagnostic[] {
  return mistakes.map(mistake => {
    const line = text.line(Math.min(Math.max(1, mistake.line), text.lines));
    const indent = line.text.length - line.text.trimStart().length;
    return { from: line.from + indent, to: line.to, severity: 'error', message: mistake.text };
  });
}

let editors = 0;

function render({ model, el }: { model: IModel; el: HTMLElement }): () => void {
  el.classList.add('wb-editor');
  // JupyterLab's single-key shortcuts are not meant for what is typed here.
  el.dataset.lmSuppressShortcuts = 'true';
  const hint = document.createElement('div');
  hint.className = 'wb-muted wb-editor-hint';
  hint.id = `wb-editor-hint-${(editors += 1)}`;
  hint.textContent = 'Tab indents; Esc, then Tab leaves the editor.';
  let timer = 0;
  const send = (): void => {
    clearTimeout(timer);
    const typed = view.state.doc.toString();
    if (typed !== model.get('value')) {
      model.set('value', typed);
      model.save_changes();
    }
  };
  const view = new EditorView({
    parent: el,
    state: EditorState.create({
      doc: model.get('value'),
      extensions: [
        lineNumbers(),
        lintGutter(),
        history(),
        drawSelection(),
        indentUnit.of('    '),
        indentOnInput(),
        bracketMatching(),
        python(),
        syntaxHighlighting(colours),
        keymap.of([indentWithTab, ...defaultKeymap, ...historyKeymap]),
        EditorView.contentAttributes.of({
          'aria-label': model.get('description'),
          'aria-describedby': hint.id
        }),
        EditorView.domEventHandlers({ blur: send }),
        EditorView.updateListener.of(update => {
          if (update.docChanged) {
            clearTimeout(timer);
            timer = window.setTimeout(send, PAUSE_MS);
          }
        }),
        look
      ]
    })
  });
  el.append(hint);
  const mark = (): void => {
    view.dispatch(setDiagnostics(view.state, diagnostics(view.state.doc, model.get('mistakes'))));
  };
  const take = (): void => {
    const value = model.get('value');
    const length = view.state.doc.length;
    if (value !== view.state.doc.toString() && !view.hasFocus) {
      view.dispatch({ changes: { from: 0, to: length, insert: value } });
    }
  };
  model.on('change:value', take);
  model.on('change:mistakes', mark);
  mark();
  return () => {
    send();
    model.off('change:value', take);
    model.off('change:mistakes', mark);
    view.destroy();
  };
}

export default { render };
