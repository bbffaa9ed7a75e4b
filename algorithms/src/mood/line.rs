//! The mood of one chat line.

use soiree_domain::Mood;

use crate::emoji;

/// How fast somebody writes, compared with how fast they usually do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// Lines per minute now.
    pub lines_per_minute: f32,
    /// Lines per minute that are usual for this person or this party.
    pub usual: f32,
}

impl Pace {
    /// -1 for a quarter of the usual pace or less, 0 for the usual one, 1 for four times as fast or more.
    /// What is not a positive number counts as the usual pace.
    fn swing(self) -> f32 {
        let ratio = self.lines_per_minute / self.usual;
        if ratio.is_finite() && ratio > 0.0 { (ratio.log2() / 2.0).clamp(-1.0, 1.0) } else { 0.0 }
    }
}

/// The mood of a line at the usual pace; see [`line_mood_at_pace`].
///
/// ```
/// use soiree_algorithms::mood::line_mood;
///
/// let calm = line_mood(0.4404, "that was good");
/// let loud = line_mood(0.4404, "THAT WAS GOOOOD!!!");
/// assert_eq!(calm.valence, loud.valence);
/// assert!(calm.arousal < 0.1 && loud.arousal > 0.7);
/// ```
#[must_use]
pub fn line_mood(compound: f64, text: &str) -> Mood {
    line_mood_at_pace(compound, text, Pace { lines_per_minute: 1.0, usual: 1.0 })
}

/// The mood of a line whose VADER compound is given. Valence is the compound, bent by nothing else. Arousal is
///
/// ```text
/// tanh(-0.25 + 0.4·|compound| + 0.6·marks + 0.6·shouted + 0.5·stretched
///      + 0.3·density + 0.5·emoji + 0.1·brevity + 0.25·pace)
/// ```
///
/// where `marks` = 1 - 2^-(number of "!"), `shouted` = share of the letters that stand in all-capital words
/// of three letters or more, `stretched` = 1 - 2^-(words with a letter three times in a row), `density` =
/// emoji / (emoji + words), `emoji` = mean arousal of the emoji that [`super::emoji_mood`] knows, `brevity` =
/// 1 - words/12 kept in -1..1, and `pace` = ½·log2 of the pace over the usual one, kept in -1..1.
///
/// A flat line lies a little below the middle, and feeling in either direction lifts it: self-reported
/// arousal is V-shaped in valence (Kuppens et al., Psychological Bulletin 2013). Repeated marks, capitals and
/// lengthened words tell intensity (Hutto & Gilbert 2014; Brody & Diakopoulos 2011). The weights are set by
/// hand. Linear in the text, no allocation.
#[must_use]
pub fn line_mood_at_pace(compound: f64, text: &str, pace: Pace) -> Mood {
    let compound = Mood::new(compound as f32, 0.0).valence;
    let cues = Cues::of(text);
    let letters = cues.letters.max(1) as f32;
    let signs = (cues.emoji + cues.words).max(1) as f32;
    let brevity = (1.0 - cues.words as f32 / 12.0).clamp(-1.0, 1.0);
    let felt = if cues.known_emoji == 0 { 0.0 } else { cues.emoji_arousal / cues.known_emoji as f32 };
    let raised = -0.25
        + 0.4 * compound.abs()
        + 0.6 * saturating(cues.exclamations)
        + 0.6 * cues.shouted_letters as f32 / letters
        + 0.5 * saturating(cues.stretched_words)
        + 0.3 * cues.emoji as f32 / signs
        + 0.5 * felt
        + 0.1 * brevity
        + 0.25 * pace.swing();
    Mood::new(compound, raised.tanh())
}

/// 1 - 2^-count.
fn saturating(count: u32) -> f32 {
    1.0 - (-(count.min(64) as f32)).exp2()
}

#[derive(Debug, Default)]
struct Cues {
    exclamations: u32,
    letters: u32,
    shouted_letters: u32,
    stretched_words: u32,
    words: u32,
    emoji: u32,
    known_emoji: u32,
    emoji_arousal: f32,
}

impl Cues {
    fn of(text: &str) -> Self {
        let mut cues = Self::default();
        for word in text.split_whitespace() {
            cues.take(word);
        }
        cues
    }

    fn take(&mut self, word: &str) {
        let (mut letters, mut small, mut run, mut longest) = (0_u32, false, 0_u32, 0_u32);
        let mut last = None;
        let mut skip_to = 0;
        for (at, c) in word.char_indices() {
            if at < skip_to {
                continue;
            }
            if c.is_alphabetic() {
                letters += 1;
                small |= !c.is_uppercase();
                let same = c.to_lowercase().next();
                run = if same == last { run + 1 } else { 1 };
                longest = longest.max(run);
                last = same;
                continue;
            }
            last = None;
            match emoji::first(&word[at..]) {
                Some(found) => {
                    skip_to = at + found.bytes;
                    self.emoji += 1;
                    self.known_emoji += u32::from(found.mood.is_some());
                    self.emoji_arousal += found.mood.map_or(0.0, |mood| mood.arousal);
                }
                None => self.exclamations += u32::from(matches!(c, '!' | '！')),
            }
        }
        self.words += u32::from(letters > 0);
        self.letters += letters;
        self.shouted_letters += if letters >= 3 && !small { letters } else { 0 };
        // "www" and "III" are no feelings, but rare enough in a chat to let them pass.
        self.stretched_words += u32::from(longest >= 3);
    }
}
