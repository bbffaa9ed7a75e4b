//! Times iALS on a matrix from files and prints one line of JSON; `benches/ials_beside_implicit.sh` makes the
//! files and runs Python's `implicit` beside it.
//!
//! ```text
//! ials_speed fit DIR ITERATIONS [cg=STEPS | block=SIZE | cholesky]
//! ials_speed loss DIR PEOPLE.f32 ITEMS.f32
//! ```
//! DIR holds `shape` (people items entries, as text), `starts` (64-bit), `indices` (32-bit), little-endian.
//! Every entry has confidence 20, every other pair 1, λ = 0.05 for every row: what `implicit` minimises with
//! `alpha = 20` and `regularization = 0.05`.

#![expect(clippy::print_stdout, reason = "an example talks to the terminal")]

use std::error::Error;
use std::path::Path;
use std::sync::Mutex;
use std::time::Instant;

use soiree_algorithms::ials::{Confidence, Ials, Matrix, Params, Solver, Zeros, loss};
use soiree_algorithms::matrix::Csr;
use soiree_algorithms::model::Progress;

const DIMS: usize = 64;

fn params(iterations: usize, solver: Solver) -> Params {
    Params {
        dims: DIMS,
        iterations,
        alpha0: 1.0,
        lambda: 0.05,
        nu: 0.0,
        confidence: Confidence::Uniform(20.0),
        zeros: Zeros::Unobserved,
        solver,
        ..Params::default()
    }
}

/// Notes when each iteration ended.
struct Laps {
    entries: u64,
    ends: Mutex<Vec<Instant>>,
}

impl Progress for Laps {
    fn report(&self, done: u64, _total: u64) {
        // One iteration passes every entry twice.
        if done.is_multiple_of(2 * self.entries) {
            self.ends.lock().expect("nobody panics with it").push(Instant::now());
        }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["fit", dir, iterations] => fit(Path::new(dir), iterations.parse()?, Solver::default()),
        ["fit", dir, iterations, solver] => fit(Path::new(dir), iterations.parse()?, solver_of(solver)?),
        ["loss", dir, people, items] => {
            let matrix = read_matrix(Path::new(dir))?;
            let factors = |file| read_floats(file).map(|floats| Matrix::from_rows(DIMS, &floats));
            let value = loss(&matrix, &factors(people)?, &factors(items)?, &params(1, Solver::Cholesky));
            println!("{{\"loss\": {value:.0}}}");
            Ok(())
        }
        _ => {
            Err("usage: ials_speed fit DIR ITERATIONS [cg=N | block=N | cholesky] | loss DIR PEOPLE ITEMS"
                .into())
        }
    }
}

fn solver_of(text: &str) -> Result<Solver, Box<dyn Error>> {
    Ok(match text.split_once('=') {
        Some(("cg", steps)) => Solver::ConjugateGradient { steps: steps.parse()? },
        Some(("block", block)) => Solver::Subspace { block: block.parse()? },
        _ if text == "cholesky" => Solver::Cholesky,
        _ => return Err("a solver is cg=N, block=N or cholesky".into()),
    })
}

fn fit(dir: &Path, iterations: usize, solver: Solver) -> Result<(), Box<dyn Error>> {
    let matrix = read_matrix(dir)?;
    let laps = Laps { entries: matrix.nnz() as u64, ends: Mutex::default() };
    let params = params(iterations, solver);
    let begin = Instant::now();
    let (model, people) = Ials::fit_with_people(&matrix, params, &laps)?;
    let all = begin.elapsed().as_secs_f64();
    let peak_mib = peak_mib()?;
    let ends = laps.ends.into_inner()?;
    // The first lap has the transposition in it, which `implicit` does not time either.
    let laps: Vec<f64> = ends.windows(2).map(|pair| (pair[1] - pair[0]).as_secs_f64()).collect();
    let items = Matrix::from_rows(DIMS, &model.item_factors());
    let value = loss(&matrix, &people, &items, &params);
    println!(
        "{{\"name\": \"soiree\", \"solver\": \"{solver:?}\", \"laps\": {laps:.3?}, \"all_s\": {all:.2}, \
         \"peak_mib\": {peak_mib}, \"loss\": {value:.0}}}"
    );
    Ok(())
}

fn read_matrix(dir: &Path) -> Result<Csr, Box<dyn Error>> {
    let shape = std::fs::read_to_string(dir.join("shape"))?;
    let shape: Vec<usize> = shape.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
    let starts = std::fs::read(dir.join("starts"))?;
    let starts = starts.as_chunks().0.iter().map(|bytes| u64::from_le_bytes(*bytes) as usize).collect();
    let indices = std::fs::read(dir.join("indices"))?;
    let indices: Vec<u32> = indices.as_chunks().0.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect();
    let values = vec![1.0; indices.len()];
    let [people, items, _] = shape[..] else { return Err("shape has three numbers".into()) };
    Ok(Csr::from_parts(people, items, starts, indices, values))
}

fn read_floats(file: &str) -> Result<Vec<f32>, Box<dyn Error>> {
    Ok(std::fs::read(file)?.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect())
}

/// The largest resident size of this process so far.
fn peak_mib() -> Result<u64, Box<dyn Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? / 1024)
}
