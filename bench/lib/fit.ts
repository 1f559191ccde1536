// Fits a straight line to points and says how well it fits.

export interface Fit {
  slope: number;
  intercept: number;
  /** 1 if all points lie on the line. */
  rSquared: number;
}

/** Least squares, of at least two points with different x. */
export function fitLine(points: readonly (readonly [x: number, y: number])[]): Fit {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const meanX = mean(points.map(([x]) => x));
  const meanY = mean(points.map(([, y]) => y));
  const sum = (of: (x: number, y: number) => number) =>
    points.reduce((total, [x, y]) => total + of(x - meanX, y - meanY), 0);
  const spreadX = sum((x) => x * x);
  if (!(spreadX > 0)) throw new RangeError(`expected points with different x, found ${points.length} with one`);
  const spreadY = sum((_, y) => y * y);
  const slope = sum((x, y) => x * y) / spreadX;
  return {
    slope,
    intercept: meanY - slope * meanX,
    rSquared: spreadY === 0 ? 1 : (slope * slope * spreadX) / spreadY,
  };
}
