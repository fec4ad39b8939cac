//! What buckstop's rewrites make of a text, read by others.
//!
//! Each rewrite of each finding is put into its text. Then the text is read twice: by
//! buckstop, which must have nothing to report where words were written and nothing new
//! elsewhere, and by harper, a grammar checker that knows nothing of buckstop, which must
//! not complain of anything that it did not complain of before. As harper lets "The we got
//! this wrong" pass, the seams are looked at here. Whether the words make
//! sense, or suit the customer, is not judged here.

pub mod blanks;

pub mod grammar;

pub mod seam;

pub mod attempt;
