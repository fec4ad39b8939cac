//! Finding the least of a smooth convex function: L-BFGS.
//!
//! After Liu and Nocedal, "On the Limited Memory BFGS Method for Large Scale Optimization", 1989,
//! with the two-loop recursion and a search along the line that halves the step until the function
//! falls enough (Armijo). Plain arithmetic in one order: the same input gives the same bits.

use std::collections::VecDeque;

/// A function with its slope: it writes the slope and returns the value.
pub(super) trait Smooth {
    fn at(&self, point: &[f64], slope: &mut [f64]) -> f64;
}

/// How many steps are remembered.
const MEMORY: usize = 8;

/// The point at which a function is least, from `point` on.
pub(super) fn least(function: &impl Smooth, mut point: Vec<f64>) -> Vec<f64> {
    const MOST_STEPS: usize = 150;
    const ENOUGH: f64 = 1e-3;
    let mut slope = vec![0.0; point.len()];
    let mut value = function.at(&point, &mut slope);
    let steep = dot(&slope, &slope).sqrt();
    let mut past = VecDeque::new();
    for _ in 0..MOST_STEPS {
        if dot(&slope, &slope).sqrt() <= ENOUGH * steep.max(1e-12) {
            break;
        }
        let direction = downhill(&slope, &past);
        let Some((next, next_slope, next_value)) =
            search(function, &point, value, &slope, &direction, past.is_empty())
        else {
            break;
        };
        let moved: Vec<f64> = next.iter().zip(&point).map(|(a, b)| a - b).collect();
        let turned: Vec<f64> = next_slope.iter().zip(&slope).map(|(a, b)| a - b).collect();
        let curvature = dot(&moved, &turned);
        if curvature > 1e-12 {
            if past.len() == MEMORY {
                past.pop_front();
            }
            past.push_back(Step { moved, turned, curvature });
        }
        (point, slope, value) = (next, next_slope, next_value);
    }
    point
}

/// A step that was made: how far, and how the slope changed with it.
struct Step {
    moved: Vec<f64>,
    turned: Vec<f64>,
    curvature: f64,
}

/// Which way to go, by the slope and by how it changed along the last steps.
fn downhill(slope: &[f64], past: &VecDeque<Step>) -> Vec<f64> {
    let mut direction: Vec<f64> = slope.iter().map(|s| -s).collect();
    let mut factors = Vec::with_capacity(past.len());
    for step in past.iter().rev() {
        let factor = dot(&step.moved, &direction) / step.curvature;
        add(&mut direction, -factor, &step.turned);
        factors.push(factor);
    }
    if let Some(last) = past.back() {
        let scale = last.curvature / dot(&last.turned, &last.turned);
        for along in &mut direction {
            *along *= scale;
        }
    }
    for (step, factor) in past.iter().zip(factors.into_iter().rev()) {
        let other = dot(&step.turned, &direction) / step.curvature;
        add(&mut direction, factor - other, &step.moved);
    }
    direction
}

/// Goes along a direction until the function has fallen enough; nothing if it never does.
fn search(
    function: &impl Smooth,
    point: &[f64],
    value: f64,
    slope: &[f64],
    direction: &[f64],
    first: bool,
) -> Option<(Vec<f64>, Vec<f64>, f64)> {
    const ENOUGH: f64 = 1e-4;
    const MOST_HALVINGS: usize = 30;
    let fall = dot(slope, direction);
    let mut length = if first { 1.0 / dot(slope, slope).sqrt().max(1.0) } else { 1.0 };
    let mut next_slope = vec![0.0; point.len()];
    for _ in 0..MOST_HALVINGS {
        let next: Vec<f64> = point.iter().zip(direction).map(|(p, d)| p + length * d).collect();
        let next_value = function.at(&next, &mut next_slope);
        if next_value <= value + ENOUGH * length * fall {
            return Some((next, next_slope, next_value));
        }
        length /= 2.0;
    }
    None
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

fn add(to: &mut [f64], factor: f64, what: &[f64]) {
    to.iter_mut().zip(what).for_each(|(t, w)| *t += factor * w);
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Bowl;

    impl Smooth for Bowl {
        fn at(&self, point: &[f64], slope: &mut [f64]) -> f64 {
            let widths = [1.0, 50.0, 0.1];
            let centre = [3.0, -2.0, 7.0];
            let mut value = 0.0;
            for i in 0..3 {
                let away = point[i] - centre[i];
                slope[i] = 2.0 * widths[i] * away;
                value += widths[i] * away * away;
            }
            value
        }
    }

    #[test]
    fn the_bottom_of_a_bowl_is_found() {
        let bottom = least(&Bowl, vec![0.0; 3]);
        for (found, wanted) in bottom.iter().zip([3.0, -2.0, 7.0]) {
            assert!((found - wanted).abs() < 0.05, "{bottom:?}");
        }
    }
}
