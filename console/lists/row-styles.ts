import { makeStyles, tokens } from '@fluentui/react-components';

const underPointer = {
  backgroundColor: tokens.colorNeutralBackground2,
  color: tokens.colorNeutralForeground1,
};

/** A row under the pointer. The library's own colours leave too little contrast to links in dark themes. */
export const useRowStyles = makeStyles({ row: { ':hover': underPointer, ':active': underPointer } });
